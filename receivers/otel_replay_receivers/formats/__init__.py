"""One module per recorder whose replay data the receiver takes."""
