"""The work and its money: planned, handed in, released, in parts, asked back, or closed."""
