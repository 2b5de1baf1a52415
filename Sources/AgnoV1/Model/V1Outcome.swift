package import AgnoSchema

/// What became of a v1 row.
package enum V1Outcome: Sendable, Hashable {
    case session(V1Session)
    case memory(V1Memory)
    /// The row as a whole cannot be placed; it belongs into the quarantine with everything it holds.
    case refused(V1Reason)
}

/// Why a row, or a part of one, could not be placed.
package enum V1Reason: String, Sendable, Hashable, CaseIterable {
    /// Text that is neither JSON nor, where Python literals occur, one of those.
    case unreadable
    /// Something in a Python literal that is none, such as a call; the rest of the literal was read.
    case notALiteral = "not_a_literal"
    /// Nested deeper than 900 levels, which is more than Python reads.
    case tooDeep = "too_deep"
    /// Bytes that are not UTF-8; the part that was written has U+FFFD in their place.
    case notUTF8 = "not_utf8"
    /// An element of a list of runs, messages, steps or media that is no object.
    case notAnObject = "not_an_object"
    /// A value that is no list where runs, messages, steps or member responses are listed.
    case notAList = "not_a_list"
    /// Runs in the memory of one session that are filed under another one.
    case otherSession = "other_session"
    /// An element of a list of runs that has nothing of a run in it.
    case notARun = "not_a_run"
    /// Media without a URL, a path or content, or with more than one of them.
    case noSource = "no_source"
    /// Content of media that is not base64, or no text at all.
    case badContent = "bad_content"
    /// A value that the field's type in the target does not take, such as a list under `role`.
    case badValue = "bad_value"
    /// A member that v1 did not have there and that later releases would take for something else, or not take.
    case unknownMember = "unknown_member"
    /// Messages of a first-generation memory that belong to no run of it; they may be of another session.
    case withoutRun = "without_run"
    /// A time that is neither a number nor ISO 8601.
    case badTime = "bad_time"
    /// A memory without a text.
    case emptyMemory = "empty_memory"
    /// A row without a key.
    case missingKey = "missing_key"
}

/// A part of a row that could not be understood; the rest of the row is written without it.
package struct V1Part: Sendable, Hashable {
    /// Where it stood, from the column: `memory.runs[3].messages[0].images[1]`. Names of fields and positions only, and a
    /// session's id where runs are filed under one.
    package var path: String
    package var reason: V1Reason
    /// The part as it stood there: JSON text, or the column's whole value.
    package var raw: SQLValue

    package init(path: String, reason: V1Reason, raw: SQLValue) {
        self.path = path
        self.reason = reason
        self.raw = raw
    }
}

/// What the conversion did to a row beyond copying it, as counts; shown as examples by a dry run.
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
