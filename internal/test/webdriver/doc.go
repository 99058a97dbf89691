// Package webdriver controls headless Chromium for tests of pages, with the WebDriver protocol of the W3C. A step
// that fails ends its test; without chromedriver the test is skipped visibly.
//
// It knows the protocol, keys, media, and axe-core. It knows nothing about pages, except that they set data-ready
// on their root when they are ready.
package webdriver
