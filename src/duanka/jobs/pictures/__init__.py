"""Pictures of a network and of traced money: one self-contained page each."""
