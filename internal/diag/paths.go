package diag

import (
	"net/url"
	"path/filepath"
	"strings"
)

// relativePath returns the path of a file with slashes, relative to a directory if the file is
// in it. With root "", and for other files, the path is unchanged; relative says whether it is
// relative.
func relativePath(root, file string) (path string, relative bool) {
	if root != "" {
		if absolute, err := filepath.Abs(file); err == nil {
			inside, err := filepath.Rel(root, absolute)
			if err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
				return filepath.ToSlash(inside), true
			}
			file = absolute
		}
	}
	return filepath.ToSlash(file), !filepath.IsAbs(file)
}

// fileURI returns the reference to a file, relative to a directory as in relativePath.
func fileURI(root, file string) (uri string, relative bool) {
	path, relative := relativePath(root, file)
	if relative {
		return (&url.URL{Path: path}).String(), true
	}
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String(), false
}
