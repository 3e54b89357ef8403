"""Receiving: radiographs come in by C-STORE and are acknowledged once they are durable."""
