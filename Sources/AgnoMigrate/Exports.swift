// One import gives a program everything that the façade's values are made of.
@_exported public import AgnoSchema
@_exported public import AgnoV1
@_exported public import DatabaseAccess
@_exported public import MigrationCore
@_exported public import SQLDialects
