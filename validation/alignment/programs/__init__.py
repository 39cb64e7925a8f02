"""Programs of their own: two images come in as files, a displacement field goes out as one."""
