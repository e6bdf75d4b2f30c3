"""The account: what became of all that was taken in, so that nothing is lost or doubled unseen."""
