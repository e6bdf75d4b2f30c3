-- The function that says where a text stands in another; 0: nowhere.
strpos
