// Package webdriver drives headless Chromium for tests of pages, by the W3C's WebDriver
// protocol. A step that fails ends the test that made it; without chromedriver the test is
// skipped, and says so.
//
// It knows the protocol, keys, media, and how a page is held against axe-core. It refuses
// to know any page, but that one says when it is ready (data-ready on its root).
package webdriver
