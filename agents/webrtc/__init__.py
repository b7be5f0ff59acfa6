"""What every end of a WebRTC connection needs of aiortc, whoever is at the other."""
