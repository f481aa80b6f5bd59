SELECT name, path, free_space, total_space FROM system.disks WHERE total_space < toUInt64(-1)
