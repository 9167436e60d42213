"""The window: the only package that knows Qt; it never imports torch or lxml."""
