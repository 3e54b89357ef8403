"""The pictures that go to every viewer: secondary, summary, heat map and LIME captures, and what draws them."""
