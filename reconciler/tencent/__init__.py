"""The vendor's side: who calls, what is asked, what came back. Reading and writing are separate clients."""
