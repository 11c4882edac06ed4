package mock

// Silent is a mock without journal and coverage, to measure what they cost.
func Silent() Option { return func(s *Server) { s.silent = true } }

// JournalBytes is how many bytes the journal of a server reckons with.
func JournalBytes(s *Server) int64 {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.last.bytes + s.journal.broken.bytes
}

// Pieces is into how many pieces the text of a world is cut; 0 if it is read as a whole.
func Pieces(data []byte) int {
	_, cuts := cutPieces(data)
	n := 0
	for _, cut := range cuts {
		n += len(cut)
	}
	return n
}
