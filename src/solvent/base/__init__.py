"""Base: words and tools that know no business."""
