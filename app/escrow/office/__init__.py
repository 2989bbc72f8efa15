"""The board's own side: who may say that money moved, limits, tasks; and the board's own money."""
