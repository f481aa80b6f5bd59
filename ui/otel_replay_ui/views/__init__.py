"""Pages and other things the UI's server answers besides the API."""
