"""Floor 1: how bytes become a document and back: UN/EDIFACT, XML, CSV and record flat files."""
