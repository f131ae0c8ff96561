internal import EvalCore
