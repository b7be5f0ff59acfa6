"""What stands in a pipeline, one file each."""
