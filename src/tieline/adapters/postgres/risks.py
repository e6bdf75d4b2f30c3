"""Risks: settings of a server come in; what about them can lose what was answered for goes out."""


def risks(store: str, fsync: str, synchronous_commit: str, full_page_writes: str) -> list[str]:
    """What about these settings of a server can lose what was acknowledged."""
    found = []
    if fsync != "on":
        found.append(f"{store} runs with fsync = {fsync}: a power cut can damage all of it")
    if full_page_writes != "on":
        found.append(f"{store} runs with full_page_writes = {full_page_writes}: so can a torn page")
    if synchronous_commit == "off":
        found.append(
            f"{store} runs with synchronous_commit = off: what was answered for can be lost; "
            "Tieline's own commits wait for the disk all the same"
        )
    return found
