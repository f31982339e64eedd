"""Who makes the batches: threads, or processes that write into memory which all of them see."""
