"""One small sender per way out, all behind one protocol."""
