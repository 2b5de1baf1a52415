import LosslessJSON

enum MediaKind { case image, video, audio, file }

/// The position of media, which determines the encoding of their content and how strict readers are.
enum MediaPosition {
    /// On a message: v1 compressed the bytes before it encoded them.
    case message
    /// On a run or a step: base64, or the text itself where the bytes were text.
    case run
    /// In a session's data, which no class reads: nothing is removed.
    case sessionData
}

extension RowConversion {
    /// Converts a list of media; one object stands for a list of one.
    mutating func convertMediaList(
        _ key: String, of owner: inout JSONObject, _ kind: MediaKind, _ position: MediaPosition, at outer: String
    ) {
        guard let value = owner[key] else { return }
        let path = outer.isEmpty ? key : "\(outer).\(key)"
        if position == .sessionData {
            owner[key] = convertedSessionMedia(value, kind, at: path)
            return
        }
        guard value.kind == .array || value.kind == .object else {
            return setAside(key, of: &owner, .notAList, at: outer)
        }
        // phidata 2.x has the addresses of media alone.
        let elements = (value.arrayValue ?? [value]).map { element -> JSONValue in
            let text = element.stringValue ?? ""
            return ["https://", "http://", "data:"].contains(where: text.hasPrefix) ? ["url": element] : element
        }
        let media = objects(.array(elements), at: path)
        owner[key] = .array(media.compactMap { converted($0.object, kind, position, at: $0.path) })
    }

    /// Converts one media object, or removes it if it is unusable.
    mutating func convertMedia(_ key: String, of owner: inout JSONObject, _ kind: MediaKind, at path: String) {
        guard let value = owner[key] else { return }
        guard case .object(let object) = value else { return setAside(key, of: &owner, .notAnObject, at: path) }
        owner[key] = converted(object, kind, .run, at: path.isEmpty ? key : "\(path).\(key)")
    }

    private mutating func convertedSessionMedia(_ value: JSONValue, _ kind: MediaKind, at path: String) -> JSONValue {
        switch value {
        case .object(var object):
            rename(in: &object, kind, at: path)
            return .object(object)
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    guard case .object(var object) = element else { return element }
                    rename(in: &object, kind, at: "\(path)[\(index)]")
                    return .object(object)
                })
        case .null, .bool, .number, .string: return value
        }
    }

    /// The converted media object; nil if it was set aside.
    private mutating func converted(
        _ original: JSONObject, _ kind: MediaKind, _ position: MediaPosition, at path: String
    ) -> JSONValue? {
        var media = original
        check(&media, MediaFields.types, at: path)
        let texts = ["url", "filepath", "content", "base64_audio", "id"]
        for name in texts where media[name]?.stringLiteral?.isEmpty == true { media.remove(name) }
        rename(in: &media, kind, at: path)
        if let content = media["content"] {
            guard let converted = convertedContent(content, kind, position) else {
                setAside(.object(original), .badContent, at: path)
                return nil
            }
            media["content"] = converted
        }
        let sources = ["content", "url", "filepath"].filter { media[$0] != nil }
        guard let first = sources.first else {
            setAside(.object(original), .noSource, at: path)
            return nil
        }
        if first == "url", sources.count > 1, kind != .file, let filepath = media.take("filepath") {
            setAside(filepath, .badValue, at: "\(path).filepath")
        }
        if kind == .file, let type = media["mime_type"], !MediaFields.fileTypes.contains(type.stringValue ?? "") {
            setAside("mime_type", of: &media, .badValue, at: path)
        }
        return .object(media)
    }

    /// Names and units.
    private mutating func rename(in media: inout JSONObject, _ kind: MediaKind, at path: String) {
        if media["id"]?.isNull ?? true {
            media.remove("id")
            media["id"] = derivedID(for: path)
        }
        if media["eta"] != nil || media["length"] != nil { turnLengthIntoDuration(of: &media) }
        if let encoded = media.take("base64_audio"), encoded.isTruthy {
            media.remove("content")
            media["content"] = encoded
        }
        if media["mime_type"] == nil, let format = media["format"]?.stringValue?.lowercased(),
            let type = MediaFields.mimeTypes[format]
        {
            media["mime_type"] = .string(JSONString(decoding: type))
        }
    }

    /// A length that is not a number is kept.
    private func turnLengthIntoDuration(of media: inout JSONObject) {
        let duration: JSONValue? =
            switch media["length"] {
            case .number(let number): .number(number)
            case .string(let text):
                text.value.flatMap { Double(Self.trimmed($0)) }.flatMap { $0.isFinite ? JSONValue($0) : nil }
            case nil, .null, .bool, .array, .object: nil
            }
        if let duration {
            media.remove("length")
            if duration.isTruthy { media["duration"] = duration }
        } else if media["length"]?.isTruthy == false {
            media.remove("length")
        }
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }

    /// The content as base64 of its bytes; nil if it is neither base64 nor text.
    private mutating func convertedContent(
        _ content: JSONValue, _ kind: MediaKind, _ position: MediaPosition
    ) -> JSONValue? {
        guard var text = content.stringValue else { return nil }
        var isBase64 = text.withUTF8 { Base64.isValid($0) }
        var wasWrapped = false
        if !isBase64, text.utf8.contains(where: { $0 <= 0x20 }) {
            // Base64 may be broken into lines.
            var joined = String(decoding: text.utf8.filter { $0 > 0x20 }, as: UTF8.self)
            wasWrapped = joined.withUTF8 { Base64.isValid($0) }
            if wasWrapped { (text, isBase64) = (joined, true) }
        }
        guard isBase64 else {
            // v1 wrote bytes that are text as that text, except on messages and for sound.
            guard position == .run, kind != .audio else { return nil }
            note(.encodedContent)
            return .string(JSONString(decoding: Base64.encode(text.utf8)))
        }
        if position == .message, let bytes = text.withUTF8({ Self.inflated($0) }) {
            note(.inflatedMedia)
            return .string(JSONString(decoding: Base64.encode(bytes)))
        }
        return wasWrapped ? .string(JSONString(decoding: text)) : content
    }

    private static func inflated(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count >= 8 else { return nil }
        let head = Base64.decodePrefix(UnsafeBufferPointer(rebasing: text[..<4]))
        guard head.count >= 2, Zlib.mayStart(with: head[0], head[1]) else { return nil }
        return Base64.decode(text).flatMap { Zlib.inflate($0) }
    }
}

enum MediaFields {
    static let types: [String: FieldType] = [
        "id": .text, "url": .text, "filepath": .text, "format": .text, "mime_type": .text, "detail": .text,
        "original_prompt": .text, "revised_prompt": .text, "alt_text": .text, "eta": .text, "duration": .number,
        "width": .integer, "height": .integer, "fps": .number, "sample_rate": .integer, "channels": .integer,
        "transcript": .text, "expires_at": .seconds, "name": .text, "filename": .text, "file_type": .text,
        "size": .integer, "metadata": .object, "media_reference": .reserved, "external": .reserved,
        "citations": .reserved,
    ]

    static let mimeTypes = [
        "mp4": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm",
        "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "png": "image/png", "jpg": "image/jpeg",
        "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    ]

    /// Types of files that v1 and all later releases take.
    static let fileTypes: Set = [
        "application/pdf", "application/x-javascript", "text/javascript", "application/x-python", "text/x-python",
        "text/plain", "text/html", "text/css", "text/csv", "text/xml", "text/rtf",
    ]
}
