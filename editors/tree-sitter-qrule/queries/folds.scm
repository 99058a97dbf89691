(header) @fold
(group) @fold
