"""Other people's containerlab topologies: read from disk, with all that a node needs from this computer."""
