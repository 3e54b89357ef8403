"""STOW-RS: radiographs come in by HTTP (PS3.18 10.5), through the same door as everything else."""
