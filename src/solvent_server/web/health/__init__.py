"""Health: whether it lives, is ready, and how it does; for machines that watch."""
