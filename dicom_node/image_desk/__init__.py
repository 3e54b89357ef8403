"""One image at a time for a process apart: the desk in the node's process, its callers, and the form of an answer."""
