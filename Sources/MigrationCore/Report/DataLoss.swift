/// Values or rows that a step would destroy.
public typealias DataLoss = DisplacedRows
