"""Reading photos as they are meant to be seen: upright, in sRGB, 8 bits per channel."""
