import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page taken apart: every element with its attributes and the text in it. Parsing fails when the page is not
/// well-formed.
final class PageDocument: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
    /// Names of the elements around it, outermost first.
    var path: [String]
  }

  private(set) var elements: [Element] = []
  private(set) var fault: String?
  let script: String
  let source: String
  private var open: [Int] = []

  init(_ page: String) throws {
    source = page
    let start = try #require(page.range(of: "<script>"))
    let end = try #require(page.range(of: "</script>"))
    script = String(page[start.upperBound..<end.lowerBound])
    super.init()
    // A script is no XML; everything else is.
    let rest = page[..<start.upperBound] + page[end.lowerBound...]
    let parser = XMLParser(data: Data(rest.replacing("<!DOCTYPE html>", with: "").utf8))
    parser.delegate = self
    if !parser.parse() { fault = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")" }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
    open.append(elements.count - 1)
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func text(id: String) -> String { elements.first { $0.attributes["id"] == id }?.text ?? "" }

  /// What every page must be, whatever it shows.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(fault == nil, sourceLocation: sourceLocation)
    let forbidden = ["link", "iframe", "object", "embed", "base", "form", "audio", "video"]
    #expect(!elements.contains { forbidden.contains($0.name) }, sourceLocation: sourceLocation)
    #expect(all("script").count == 1 && all("style").count == 1, sourceLocation: sourceLocation)
    #expect(all("h1").count == 1 && all("main").count == 1, sourceLocation: sourceLocation)
    let ids = elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count, sourceLocation: sourceLocation)
    for element in elements {
      for (name, value) in element.attributes {
        #expect(!name.lowercased().hasPrefix("on"), sourceLocation: sourceLocation)
        switch name {
        case "src": #expect(value.hasPrefix("data:image/"), sourceLocation: sourceLocation)
        case "href":
          #expect(
            value.hasPrefix("#") && ids.contains(String(value.dropFirst())), sourceLocation: sourceLocation)
        case "style", "srcset", "action", "xlink:href":
          Issue.record("\(name) in \(element.name)", sourceLocation: sourceLocation)
        default: break
        }
      }
      if element.name == "img" {
        #expect(element.attributes["alt"]?.isEmpty == false, sourceLocation: sourceLocation)
      }
      if element.name == "th" { #expect(element.attributes["scope"] != nil, sourceLocation: sourceLocation) }
      if element.name == "svg" {
        let isNamed =
          element.attributes["aria-label"]?.isEmpty == false || element.attributes["aria-hidden"] == "true"
        #expect(isNamed, sourceLocation: sourceLocation)
      }
    }
    let styles = try #require(all("style").first).text
    #expect(!styles.contains("url(") && !styles.contains("@import"), sourceLocation: sourceLocation)
    #expect(
      styles.contains("prefers-color-scheme: dark") && styles.contains("@media print"),
      sourceLocation: sourceLocation)
  }
}
