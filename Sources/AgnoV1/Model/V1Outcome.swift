package import AgnoSchema

/// The result of converting a v1 row.
package enum V1Outcome: Sendable, Hashable {
    case session(V1Session)
    case memory(V1Memory)
    /// The target has no place for the row; it must be quarantined as a whole.
    case refused(V1Reason)
}

/// Why a row, or a part of one, could not be converted.
package enum V1Reason: String, Sendable, Hashable, CaseIterable {
    /// The text is neither JSON nor, where 1.x stored them, a Python literal.
    case unreadable
    /// A Python literal contains something else, such as a call; the rest of the literal was read.
    case notALiteral = "not_a_literal"
    /// The nesting exceeds 900 levels, which is more than Python reads.
    case tooDeep = "too_deep"
    /// The bytes are not UTF-8; the part that was written has U+FFFD in their place.
    case notUTF8 = "not_utf8"
    /// An element of a list of runs, messages, steps or media is not an object.
    case notAnObject = "not_an_object"
    /// The value must be a list of runs, messages, steps or member responses and is not a list.
    case notAList = "not_a_list"
    /// The runs are in the memory of one session under the id of another one.
    case otherSession = "other_session"
    /// An element of a list of runs has no member of a run.
    case notARun = "not_a_run"
    /// The media object has no URL, path or content, or more than one of them.
    case noSource = "no_source"
    /// The content of a media object is not base64, or not a string.
    case badContent = "bad_content"
    /// The value does not have the type of the field in the target, such as a list for `role`.
    case badValue = "bad_value"
    /// The member is unknown to v1, and later releases would refuse or misread it.
    case unknownMember = "unknown_member"
    /// The messages of a first-generation memory without runs; they may belong to another session.
    case withoutRun = "without_run"
    /// The time is neither a number nor ISO 8601.
    case badTime = "bad_time"
    /// The memory has no text.
    case emptyMemory = "empty_memory"
    /// The row has no key.
    case missingKey = "missing_key"
}

/// A part of a row that could not be converted; the rest of the row is written without it.
package struct V1Part: Sendable, Hashable {
    /// The path from the column: `memory.runs[3].messages[0].images[1]`. It consists of field names and positions, and of a
    /// session's id if runs are filed under one.
    package var path: String
    package var reason: V1Reason
    /// The part as v1 has it: JSON text, or the column's whole value.
    package var raw: SQLValue

    package init(path: String, reason: V1Reason, raw: SQLValue) {
        self.path = path
        self.reason = reason
        self.raw = raw
    }
}

/// A change that the conversion makes in a row beyond copying it; counted in the report.
package enum V1Change: String, Sendable, Hashable, CaseIterable {
    case readPythonLiteral = "read_python_literal"
    case inflatedMedia = "inflated_media"
    case encodedContent = "encoded_content"
    case summedMetrics = "summed_metrics"
    case renamedMetrics = "renamed_metrics"
    case keptUnknownMetrics = "kept_unknown_metrics"
    case mergedThinking = "merged_thinking"
    case renamedThinking = "renamed_redacted_thinking"
    case tookLegacyRun = "took_legacy_run"
    case tookStepRun = "took_step_run"
    case tookSummary = "took_summary"
    case liftedExtraData = "lifted_extra_data"
    case droppedEvents = "dropped_events"
    case droppedToolCallTexts = "dropped_tool_call_texts"
    case leftUserMemories = "left_user_memories"
    case broughtUserMemories = "brought_user_memories"
    case leftTeamContext = "left_team_context"
    case derivedID = "derived_id"
    case defaultedTime = "defaulted_time"
    case madeText = "made_text"
    case cleanedText = "cleaned_text"
    case cleanedKey = "cleaned_key"
    case cleanedID = "cleaned_id"
    case replacedNumber = "replaced_number"
}
