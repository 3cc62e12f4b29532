"""Floor 8: the engine that receives, processes and delivers, in one process or under a schedule."""
