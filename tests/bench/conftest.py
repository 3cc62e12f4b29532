"""The scripts of the peers run where the peers are installed; nothing is to be collected from them."""

collect_ignore_glob = ["peers/*.py"]
