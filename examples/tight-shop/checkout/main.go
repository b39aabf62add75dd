// Command checkout turns a basket into an order.
package main

import (
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-ping" {
		if _, err := http.Get("http://127.0.0.1:8080/health"); err != nil {
			os.Exit(1)
		}
		return
	}
	url, err := os.ReadFile(os.Getenv("REDIS_URL_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	options, err := redis.ParseURL(strings.TrimSpace(string(url)))
	if err != nil {
		log.Fatal("the redis URL cannot be parsed")
	}
	baskets := redis.NewClient(options)
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("well\n"))
	})
	http.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		order := uuid.NewString()
		if err := baskets.LPush(r.Context(), "orders", order).Err(); err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(order + "\n"))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
