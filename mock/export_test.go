package mock

// Silent is a mock without journal and coverage, to measure what they cost.
func Silent() Option { return func(s *Server) { s.silent = true } }
