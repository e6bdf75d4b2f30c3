"""Access: users, sessions, tokens and invitations."""
