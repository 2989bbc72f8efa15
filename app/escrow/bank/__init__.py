"""What the bank says and is told: statements kept, matched, placed; files; what waits there."""
