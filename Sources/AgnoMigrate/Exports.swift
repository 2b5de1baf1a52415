// One import of the façade makes all of its types visible.
@_exported public import AgnoSchema
@_exported public import AgnoV1
@_exported public import DatabaseAccess
@_exported public import MigrationCore
@_exported public import SQLDialects
