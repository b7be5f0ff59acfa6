"""What happens with a meeting once it is over."""
