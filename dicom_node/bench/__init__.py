"""The project's own benchmarks, measured on loopback with drawn radiographs; a result names machine and commit."""
