"""What the status page shows: what came in, what was refused, what is stored, what waits."""
