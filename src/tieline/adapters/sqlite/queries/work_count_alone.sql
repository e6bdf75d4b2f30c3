-- Nobody else takes runs of a file: there is nobody to wait for.
SELECT 1
