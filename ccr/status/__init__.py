"""The texts that say how ccr does: the status line, request lines, the doctor's report."""
