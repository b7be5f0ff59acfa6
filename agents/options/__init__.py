"""From the named parameters of a callable to options that a settings file can give."""
