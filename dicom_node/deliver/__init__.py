"""Results out: one file per kind of destination; `registry` is the only place that names the kinds."""
