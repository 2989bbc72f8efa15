"""What the bank says and is told: statements kept, matched, placed; files for it; what waits there."""
