"""Money on its way in: asked for, put in, settled, confirmed; and what a bank took back later."""
