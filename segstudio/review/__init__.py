"""Looking at what a model does: ranking of photos, the report; values only, no window."""
